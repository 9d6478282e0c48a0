require "../outside"
