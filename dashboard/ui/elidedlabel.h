// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace Hephaestus {

/// One line of text from anywhere: made visible (displaytext.h), never rich text. It is cut with an ellipsis instead of
/// widening its window; the tool tip has the whole of it.
class ElidedLabel : public QLabel
{
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget *parent = nullptr);

    void setText(const QString &text);
    /// The last part of the text, after its last comma, is not what is cut.
    void setKeepsEnd(bool keeps);
    /// What does not fit is left out in whole parts (elidedByParts()).
    void setCutsParts(bool cuts);
    QString fullText() const { return m_text; }
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void elide();

    QString m_text;
    bool m_keepsEnd = false;
    bool m_cutsParts = false;
};

} // namespace Hephaestus
