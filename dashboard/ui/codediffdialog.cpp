// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/codediffdialog.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScreen>
#include <QSyntaxHighlighter>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LongestDiffLine = 2000;

/// Colours what was added and removed; the signs at the begin say the same.
class PatchColours : public QSyntaxHighlighter
{
public:
    PatchColours(QTextDocument *document, const Theme &theme) : QSyntaxHighlighter(document), m_theme(theme) {}

protected:
    void highlightBlock(const QString &text) override
    {
        if (text.startsWith("+++"_L1) || text.startsWith("---"_L1) || text.startsWith("@@"_L1)
            || text.startsWith("diff "_L1) || text.startsWith("index "_L1))
            setFormat(0, int(text.size()), m_theme.muted());
        else if (text.startsWith(u'+'))
            setFormat(0, int(text.size()), m_theme.accent(DependencyStatus::Working));
        else if (text.startsWith(u'-'))
            setFormat(0, int(text.size()), m_theme.accent(DependencyStatus::Error));
    }

private:
    const Theme m_theme;
};

} // namespace

CodeDiffDialog::CodeDiffDialog(const ServiceRow &row, const QString &path, QWidget *parent)
    : QDialog(parent)
    , m_wasDirty(row.report->identity->dirty.value_or(true))
    , m_commit(row.report->identity->commit.left(10))
    , m_note(new QLabel(tr("git is asked…")))
    , m_text(new QPlainTextEdit)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Changes of %1").arg(visibleText(path)));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_text->setReadOnly(true);
    m_text->setLayoutDirection(Qt::LeftToRight); // as the file is written
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setTabChangesFocus(true);
    m_text->setAccessibleName(tr("What changed"));
    new PatchColours(m_text->document(), Theme::of(palette()));
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *const layout = new QVBoxLayout(this);
    layout->addWidget(m_note);
    layout->addWidget(m_text, 1);
    layout->addWidget(buttons);
    resize(QSize(fontMetrics().averageCharWidth() * 110, fontMetrics().height() * 32)
               .boundedTo(parent ? parent->window()->size() : screen()->availableSize()));
    m_text->setFocus();
    connect(&m_diff, &CodeDiff::finished, this, &CodeDiffDialog::show);
    m_diff.start(row, path);
}

void CodeDiffDialog::show(const Result<QString> &patch)
{
    if (!patch)
        return m_note->setText(visibleText(patch.problem().text(), 1000));
    if (patch->isEmpty())
        return m_note->setText(
            tr("There is no difference to %1: the file was changed before the start.").arg(m_commit));
    m_note->setText(m_wasDirty
                        ? tr("Against commit %1. The work tree may have had changes of its own when the service was "
                             "started: those are among these.")
                              .arg(m_commit)
                        : tr("Against commit %1, from which the service was started.").arg(m_commit));
    QStringList lines;
    for (const QString &line : patch->split(u'\n'))
        lines << visibleText(QString(line).replace(u'\t', u"    "_s), LongestDiffLine);
    m_text->setPlainText(lines.join(u'\n'));
}

} // namespace Hephaestus
