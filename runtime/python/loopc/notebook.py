"""A panel for a notebook: batch, loss, target, learning rate, shutdown, and the loss as a live curve. Needs ipywidgets.

    from loopc import Trainer, notebook
    t = Trainer(["./xor"])
    notebook.panel(t)
"""

import html
import math

from .errors import TrainerError
from .session import report_of

POINTS_MOST = 600
WIDTH, HEIGHT, LEFT, BOTTOM = 560, 200, 64, 24


def thinned(points):
    """Every second of the older half, so that the newest stay as dense as they come."""
    half = len(points) // 2
    return points[:half:2] + points[half:]


def curve(points):
    """The loss over the batches as SVG text, on a logarithmic scale where all are above 0."""
    points = [(x, y) for x, y in points if y is not None and math.isfinite(y)]
    if not points:
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"></svg>'
    scale = math.log10 if all(y > 0 for _, y in points) else float
    ys = [scale(y) for _, y in points]
    (first, last), (low, high) = (points[0][0], points[-1][0]), (min(ys), max(ys))
    wide, tall = WIDTH - LEFT - 8, HEIGHT - BOTTOM - 8
    places = [(LEFT + wide * (x - first) / ((last - first) or 1), 8 + tall * (high - y) / ((high - low) or 1))
              for (x, _), y in zip(points, ys)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    value = (lambda y: 10 ** y) if scale is math.log10 else float
    labels = [(2, 16, f"{value(high):.3g}"), (2, HEIGHT - BOTTOM, f"{value(low):.3g}"),
              (LEFT, HEIGHT - 6, f"batch {first}"), (WIDTH - 90, HEIGHT - 6, f"{last:>12}")]
    texts = "".join(f'<text x="{x}" y="{y}" font-size="12" fill="currentColor">{text}</text>' for x, y, text in labels)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">{texts}'
            f'<polyline fill="none" stroke="#2a78d6" stroke-width="1.5" points="{line}"/></svg>')


class Panel:
    """The widgets of one trainer: `box` is shown; the others are there to be read and set, too."""

    def __init__(self, trainer):
        try:
            import ipywidgets as widgets
        except ImportError:
            raise ImportError("loopc.notebook needs ipywidgets: pip install ipywidgets") from None
        self.trainer, self.points = trainer, []
        status = trainer.get("status")
        self.batch = widgets.Label()
        self.loss = widgets.Label()
        self.message = widgets.HTML()
        self.plot = widgets.HTML()
        self.target = widgets.IntText(value=status["target"] or trainer.batch, description="target")
        self.rate = widgets.FloatText(value=status["settable"].get(status.get("eta"), 0.0), description="rate")
        rows = [widgets.HBox([self.batch, self.loss])]
        commands = status["commands"]
        self.go = self._button(widgets, "learn to", lambda: self._send({"batch to": self.target.value, "resume": 1}))
        self.set_rate = self._button(widgets, "set rate", lambda: self._send({"eta": self.rate.value}))
        self.end = self._button(widgets, "shutdown", lambda: self._send({"shutdown": 1}))
        if "batch to" in commands:
            rows.append(widgets.HBox([self.target, self.go]))
        if "eta" in commands:
            rows.append(widgets.HBox([self.rate, self.set_rate]))
        self.box = widgets.VBox([*rows, widgets.HBox([self.end, self.message]), self.plot])
        if not trainer._session.channel.listen(self._take):
            self._take(None)

    def _button(self, widgets, text, action):
        button = widgets.Button(description=text)
        button.on_click(lambda _: action())
        return button

    def _send(self, commands):
        """Does not wait: a click never holds the notebook up. The answer comes to `message`."""
        future = self.trainer._session.ask(commands)
        future.add_done_callback(lambda done: self._say(done.exception()))

    def _say(self, error):
        self.message.value = html.escape(str(error)) if isinstance(error, TrainerError) and not self.trainer.has_ended else ""

    def _take(self, message):
        if message is None:
            self.message.value = html.escape(self.trainer._session.channel.how())
            return
        report = report_of(message)
        if not report:
            return
        self.batch.value = f"batch {report.batch}"
        if "loss" in report and report.batch > 0:
            self.loss.value = f"loss {report['loss']:.6g}"
            if not self.points or self.points[-1][0] != report.batch:
                self.points.append((report.batch, report["loss"]))
                self.plot.value = curve(self.points)
            if len(self.points) > POINTS_MOST:
                self.points = thinned(self.points)

    def _repr_mimebundle_(self, **options):
        return self.box._repr_mimebundle_(**options)


def panel(trainer):
    return Panel(trainer)
