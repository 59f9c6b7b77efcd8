// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QFontMetrics;
class QLabel;
class QListWidget;
class QPlainTextEdit;
class QVBoxLayout;
class QWidget;

namespace Hephaestus {

/// In pixels, of the lines of such a list.
int listRowHeight(const QFontMetrics &metrics);

/// A list that shows no part of a line. All are listRowHeight() high. The caller owns it.
QListWidget *makeWholeRowsList();

/// Lays a page out: a note, below it a list of lines, and below that the text of the one that is chosen; beside it
/// where the page is low. The page gets a layout, which is returned for what comes below, and owns all of them. The
/// text gets `share` times the list's room.
QVBoxLayout *layOutListAndText(QWidget *page, QLabel *note, QListWidget *list, QPlainTextEdit *text, int share);

} // namespace Hephaestus
