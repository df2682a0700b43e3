"""The dock that holds a panel: it can be floated in a frame of its own, docked again and closed."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtGui import QCursor, QKeyEvent
from PyQt6.QtWidgets import QApplication, QDockWidget, QFrame, QHBoxLayout, QScrollArea, QToolButton

from l2l_gui.look.theme import theme
from l2l_gui.panels.base import Panel
from l2l_gui.panels.header import LEAST_WIDTH, PanelHeader
from l2l_gui.widgets.message import repolish

DRAG_POLL_MS = 50
LEAST_HEIGHT = 90
ROOMY = 300  # pixels of a header with all its buttons
HOOKED = "opens the panel's menu"


class PanelDock(QDockWidget):
    """A panel under its header, in a scroll area for where there is too little room for it."""

    def __init__(self, panel: Panel[Any]) -> None:
        super().__init__(panel.title)
        self.panel = panel
        self.setObjectName(f"dock {panel.name}")
        room = _Room()
        room.setWidget(panel)
        self.setWidget(room)
        self.header = PanelHeader(panel)
        self.header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.float_button = _button("undock", self._switch)
        self.close_button = _button("close", self.close)
        self.close_button.setToolTip("Close this panel; View > Panels brings it back")
        self.close_button.setAccessibleName(f"Close {panel.title}")
        row = self.header.layout()
        assert isinstance(row, QHBoxLayout)
        row.addWidget(self.float_button)
        row.addWidget(self.close_button)
        self.setTitleBarWidget(self.header)
        self.visibilityChanged.connect(panel.set_in_front)
        self.visibilityChanged.connect(self._hook_menus)
        self.topLevelChanged.connect(self._floated)
        toggle = self.toggleViewAction()
        assert toggle is not None
        toggle.triggered.connect(self._chosen)
        self._name_float_button()
        self.header.installEventFilter(self)
        self.on_stage = self._floated_before = False

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Give the title the room of two buttons where it is narrow; menu and title do as much."""
        assert event is not None
        if watched is self.header and event.type() == QEvent.Type.Resize:
            roomy = self.header.width() >= ROOMY
            self.header.reset.setVisible(roomy)
            self.float_button.setVisible(roomy)
        return False

    def set_focused(self, focused: bool) -> None:
        """Show whether the panel has the keyboard: its keys, such as Ctrl+E, go to it."""
        if bool(self.header.property("focused")) != focused:
            self.header.setProperty("focused", focused)
            repolish(self.header)

    def _chosen(self, wanted: bool) -> None:
        if wanted:
            self.raise_()  # or it came back behind another tab

    # -- on the whole screen ---

    def set_full_screen(self, on: bool) -> None:
        """Fill the screen with the panel alone, or put it back where it was."""
        if on == self.on_stage:
            return
        self.on_stage = on
        if on:
            self._floated_before = self.isFloating()
            screen = self.screen()
            self.setFloating(True)
            self.raise_()
            if screen is not None:
                self.setGeometry(screen.geometry())
            self.showFullScreen()
            self.panel.setFocus()
        else:
            self.showNormal()
            self.setFloating(self._floated_before)
            self.raise_()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape ends the whole screen."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self.on_stage:
            self.set_full_screen(False)
            event.accept()
            return
        super().keyPressEvent(event)

    # -- floating ----------------------------------------------------------------------

    def _switch(self) -> None:
        self.setFloating(not self.isFloating())

    def _floated(self, floating: bool) -> None:
        self._name_float_button()
        if floating:
            self._give_frame()

    def _name_float_button(self) -> None:
        title = self.panel.title
        self.float_button.setToolTip("Dock again" if self.isFloating() else "Float in a window")
        self.float_button.setAccessibleName(
            f"Dock {title} again" if self.isFloating() else f"Float {title}"
        )

    def _give_frame(self) -> None:
        """Let the window manager frame a floating panel, once the person stops dragging it.

        Qt floats a dock that has a title bar of its own as a bare rectangle, which can neither
        be resized nor closed on some desktops.
        """
        if self.on_stage:
            return
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            QTimer.singleShot(DRAG_POLL_MS, self._give_frame)
            return
        if not self.isFloating() or not self.windowFlags() & Qt.WindowType.FramelessWindowHint:
            return
        place = self.geometry()
        shown = self.isVisible()
        self.setWindowFlags(
            Qt.WindowType.Tool  # the window's keys work in it
            | Qt.WindowType.CustomizeWindowHint
            | Qt.WindowType.WindowTitleHint
            | Qt.WindowType.WindowMaximizeButtonHint
            | Qt.WindowType.WindowCloseButtonHint
        )
        self.setGeometry(place)
        self.setVisible(shown)

    # -- the menu on a right click -----------------------------------------------------

    def _hook_menus(self, shown: bool) -> None:
        """Open the panel's menu on a right click into any of its plots."""
        if not shown:
            return
        for view in self.panel.body.findChildren(pg.GraphicsView):
            if not view.property(HOOKED):
                view.setProperty(HOOKED, True)
                view.scene().sigMouseClicked.connect(self._clicked)

    def _clicked(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.RightButton and not event.isAccepted():
            self.header.menu().popup(QCursor.pos())


class _Room(QScrollArea):
    """Shows a panel at the dock's size, and scrolls it below the panel's least size."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def minimumSizeHint(self) -> QSize:
        """Small: what a panel would like must never widen the window."""
        return QSize(LEAST_WIDTH, LEAST_HEIGHT)


def _button(icon: str, slot: object) -> QToolButton:
    button = QToolButton()
    theme.set_icon(button, icon)
    button.setIconSize(QSize(14, 14))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(slot)  # type: ignore[arg-type]
    return button
