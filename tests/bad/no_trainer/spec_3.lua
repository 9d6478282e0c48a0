return trainer "bad"
