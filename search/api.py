"""What the composition root may ask of search; no app below knows it."""

from search.operations import IndexBusy, rebuild_index, request_update
from search.trades.suggest import TradeSuggestion, suggest_occupation

__all__ = ["IndexBusy", "TradeSuggestion", "rebuild_index", "request_update", "suggest_occupation"]
