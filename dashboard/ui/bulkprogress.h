// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/bulkactions.h"

#include <QWidget>

class QLabel;
class QProgressBar;

namespace Hephaestus {

/// How far an act on several services is, in the status bar, with a way to stop it; hidden while there is none.
class BulkProgress : public QWidget
{
    Q_OBJECT

public:
    /// `bulk` outlives this.
    explicit BulkProgress(BulkActions &bulk, QWidget *parent = nullptr);

private:
    void update();

    BulkActions &m_bulk;
    QLabel *m_text;
    QProgressBar *m_bar;
};

} // namespace Hephaestus
