// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>

namespace Hephaestus {

/// A tool button with icon and text and room around both, where styles put the icon against the edge.
class ActionButton : public QToolButton
{
    Q_OBJECT

public:
    explicit ActionButton(QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    bool event(QEvent *event) override; ///< the status bar says why it cannot be pressed, as long as that is so
    void actionEvent(QActionEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override; ///< Enter as Space
    void paintEvent(QPaintEvent *event) override;

private:
    int gap() const;
    void refreshTip();
    void tell(const QString &tip);

    QString m_told; ///< in the status bar
    bool m_isPointedAt = false;
};

} // namespace Hephaestus
