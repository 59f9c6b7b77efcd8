// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/codediff.h"

#include <QDialog>

class QLabel;
class QPlainTextEdit;

namespace Hephaestus {

/// What changed in one file since a service was started, line by line.
class CodeDiffDialog : public QDialog
{
    Q_OBJECT

public:
    CodeDiffDialog(const ServiceRow &row, const QString &path, QWidget *parent);

private:
    void show(const Result<QString> &patch);

    CodeDiff m_diff;
    bool m_wasDirty;
    QString m_commit;
    QLabel *m_note;
    QPlainTextEdit *m_text;
};

} // namespace Hephaestus
