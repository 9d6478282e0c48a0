return trainer "bad" {}
