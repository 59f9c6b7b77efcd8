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
    /// The text is that of a state: elidedState() cuts it.
    void setIsState(bool isState);
    /// Where the text is cut, if nothing else is said below: at its end unless set.
    void setElideMode(Qt::TextElideMode mode);
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
    int measure() const; ///< the whole of it, in pixels

    QString m_text;
    int m_wanted = 2; ///< what was measured last
    Qt::TextElideMode m_elideMode = Qt::ElideRight;
    bool m_isState = false;
    bool m_cutsParts = false;
};

} // namespace Hephaestus
