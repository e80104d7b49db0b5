"""Results that show themselves: a frame of numbers that a notebook shows as a reader writes them."""

from collections.abc import Callable

import pandas as pd

from tiktok.wording import join_words, say_decimal, say_p, say_range

ENDS = ("_low", "_high")


class Results(pd.DataFrame):
    """A frame whose picture in a notebook has a value with its interval in one cell, and no endless digits.

    Only the picture differs; whatever is computed from it is a plain DataFrame.
    """

    def _repr_html_(self) -> str:
        """Write the table: `r`, `r_low` and `r_high` as one column, p-values as such, yes for True."""
        table = pd.DataFrame(
            {name: self._say_column(name) for name in self.columns if not str(name).endswith(ENDS)}
        )
        return table.to_html(index=False, border=0)

    def _say_column(self, name: str) -> list[str]:
        values, (low, high) = self[name], (f"{name}{end}" for end in ENDS)
        if low in self and high in self:
            return [say_range(*three) for three in self[[name, low, high]].to_numpy()]
        if pd.api.types.is_float_dtype(values.dtype):
            say: Callable = say_p if "p" in str(name).split("_") else say_decimal
        else:
            say = _say_other
        return [say(value) for value in values]


def _say_other(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return join_words(map(str, value)) if value else ""
    return "" if value is None else str(value)
