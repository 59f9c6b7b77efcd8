// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTabWidget>

namespace Hephaestus {

/// Tabs that move closer together where they would not fit beside each other; only then do arrows scroll them.
class FittingTabs : public QTabWidget
{
    Q_OBJECT

public:
    explicit FittingTabs(QWidget *parent = nullptr);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void tabInserted(int index) override;
    void tabRemoved(int index) override;

private:
    class CloseStyle;

    void fit();

    CloseStyle *m_style;
};

} // namespace Hephaestus
