"""What people see: colour on a terminal, plain text elsewhere."""

import os
import shutil
import sys
import textwrap


class Screen:
    """What people see: coloured on a terminal, plain text elsewhere."""

    CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
    TLP = {"RED": "red", "AMBER": "yellow", "GREEN": "green", "CLEAR": "bold"}

    def __init__(self):
        sys.stdout.reconfigure(errors="replace")  # Whatever the terminal can show.
        self.colour = (sys.stdout.isatty() and "NO_COLOR" not in os.environ
                       and os.environ.get("TERM", "dumb") != "dumb")
        self.width = max(72, min(shutil.get_terminal_size((110, 24)).columns, 120))

    def paint(self, style, text):
        return f"\033[{self.CODES[style]}m{text}\033[0m" if self.colour else text

    def line(self, text=""):
        print(text, flush=True)

    def heading(self, text):
        self.line()
        self.line(self.paint("bold", f"== {text}"))

    def wrapped(self, label, text, style=None, indent=4, gap=12):
        """`label` in a column of its own, `text` beside it, wrapped."""
        lines = textwrap.wrap(text, self.width - indent - gap, break_on_hyphens=False) or [""]
        for number, part in enumerate(lines):
            head = (label if number == 0 else "").ljust(gap)
            self.line(" " * indent + (self.paint(style, head) if style else head) + part)

    def table(self, header, rows):
        """Numbers to the right, text to the left; the last cell says whether the row agrees."""
        cells = [[str(cell) for cell in row] for row in [header, *rows]]
        widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
        for number, row in enumerate(cells):
            parts = []
            for i, cell in enumerate(row):
                right = number > 0 and cell.isdigit() or number == 0 and rows and str(rows[0][i]).isdigit()
                parts.append(cell.rjust(widths[i]) if right else cell.ljust(widths[i]))
            text = "  " + "  ".join(parts).rstrip()
            if number == 0:
                text = self.paint("dim", text)
            elif row[-1] != "ok":
                text = self.paint("red", text)
            self.line(text)
