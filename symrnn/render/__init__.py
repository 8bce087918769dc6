"""Whole documents from verified claims: the lecture, its fragments, a report, and tables for the terminal."""
