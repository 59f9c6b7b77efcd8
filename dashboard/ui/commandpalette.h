// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <functional>
#include <optional>

class QLineEdit;
class QListWidget;

namespace Hephaestus {

/// Something that can be done, as the palette lists it.
struct PaletteCommand
{
    QString text;
    QString note; ///< its key, or why it cannot be done now
    bool isEnabled = true;
    std::function<void()> run;
};

/// Everything that can be done, found by typing. What cannot be done now is listed with the reason.
class CommandPalette : public QDialog
{
    Q_OBJECT

public:
    /// What is offered besides for what is typed, of which there is too much to list.
    using More = std::function<QList<PaletteCommand>(const QString &typed)>;

    CommandPalette(const QList<PaletteCommand> &commands, More more, QWidget *parent);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override; ///< Up and Down move in the list while one types

private:
    void filter(const QString &typed);
    void sayNothingFound(const QString &typed);
    void run();

    QList<PaletteCommand> m_commands;
    More m_more;
    QList<PaletteCommand> m_found; ///< line by line of the list
    QLineEdit *m_typed;
    QListWidget *m_list;
};

/// Whether the letters of `typed` come in `text` in this order, as people abbreviate (`rst` for Restart); case does not
/// matter. Smaller is the better match; nothing: they do not.
std::optional<int> looseMatch(const QString &text, const QString &typed);

} // namespace Hephaestus
