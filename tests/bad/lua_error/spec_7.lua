-- An error whose value is no text.
error({ code = 3 })
