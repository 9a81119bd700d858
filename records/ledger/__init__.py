"""What a minute of study is worth, and the bytes by which that stays provable."""
