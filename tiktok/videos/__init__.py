"""Single videos: reading and cleaning them, genres, and what the hour of posting does within a creator."""
