//! Health, death, respawn, score, and the numbers of the game.
