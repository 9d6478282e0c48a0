local text = "puts(1);
return text
