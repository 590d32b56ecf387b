"""Laws that hold for every policy and request, by hypothesis; ``strategies`` builds inputs that collide."""
