"""One self-contained page for people, made from the published marts."""
