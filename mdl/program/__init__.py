"""Program, the one form that leaves the front end."""
