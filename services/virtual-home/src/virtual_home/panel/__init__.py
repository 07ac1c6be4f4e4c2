"""The house's distribution board: its circuits, the sun and the grid, and the AiSEG2 beside it."""
