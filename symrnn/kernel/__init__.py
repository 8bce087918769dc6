"""The kernel: reads certificates and says what they prove. It imports nothing from the rest of symrnn."""
