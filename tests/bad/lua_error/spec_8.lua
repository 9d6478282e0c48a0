return trainer "bad" (f32)
