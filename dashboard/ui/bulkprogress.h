// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/bulkactions.h"

#include <QWidget>

class QProgressBar;
class QToolButton;

namespace Hephaestus {

class ElidedLabel;

/// How far an act on several services is, in a line of its own, with a way to stop it. Afterwards what it came to,
/// until somebody dismisses that; hidden while there is neither.
class BulkProgress : public QWidget
{
    Q_OBJECT

public:
    /// `bulk` outlives this.
    explicit BulkProgress(BulkActions &bulk, QWidget *parent = nullptr);

private:
    void update();

    BulkActions &m_bulk;
    ElidedLabel *m_text;
    QProgressBar *m_bar;
    QToolButton *m_button; ///< cancels the rest, or dismisses
};

} // namespace Hephaestus
