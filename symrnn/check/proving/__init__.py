"""What a proof needs beside its certificate: where terms exist, what they mean, and what it rests on."""
