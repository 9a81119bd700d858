"""
The way in for somebody who has never been here: three questions at most, one a page, each can wait.

The number is asked at ``accounts:phone``, the union in ``unions``, the trade in ``skillspower.me``; here is what holds
them together.
"""
