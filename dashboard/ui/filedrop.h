// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QWidget;

namespace Hephaestus {

/// Lets fleet files (`.toml`) and Prometheus' file_sd files (`.json`) be dropped on a window.
class FileDrop : public QObject
{
    Q_OBJECT

public:
    explicit FileDrop(QWidget *window); ///< belongs to it

Q_SIGNALS:
    void dropped(const QString &path); ///< once for each file

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
};

} // namespace Hephaestus
