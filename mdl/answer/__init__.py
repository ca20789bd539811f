"""Solutions in the words of the file."""
