// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/addservicedialog.h"

#include "common/client/tlstrust.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/introduction.h"
#include "dashboard/model/keyring.h"
#include "dashboard/model/servicerow.h"
#include "dashboard/model/typedaddress.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

AddServiceDialog::AddServiceDialog(WhyNot whyNot, QWidget *parent)
    : QDialog(parent)
    , m_whyNot(std::move(whyNot))
    , m_url(new QLineEdit)
    , m_token(new QLineEdit)
    , m_trust(makeTrust())
    , m_problem(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Add a service"));
    auto *const label = new QLabel(tr("&Address of the service:"));
    label->setBuddy(m_url);
    m_url->setMinimumWidth(fontMetrics().averageCharWidth() * 60);
    m_url->setMaxLength(2000);
    m_url->setToolTip(tr("A port of this machine (:8000), HOST:PORT, a URL, or the path of a socket"));
    m_url->setPlaceholderText(u"http://127.0.0.1:8000"_s);
    auto *const tokenLabel = new QLabel(tr("&Token, if it needs one:"));
    tokenLabel->setBuddy(m_token);
    m_token->setEchoMode(QLineEdit::Password);
    m_token->setMaxLength(4096);
    m_token->setPlaceholderText(Keyring::isBuiltIn() ? tr("kept in the keyring, or a file only you can read")
                                                     : tr("kept in a file only you can read"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setMinimumHeight(3 * fontMetrics().height());
    m_problem->setAlignment(Qt::AlignTop);
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    buttons->button(QDialogButtonBox::Cancel)->setAutoDefault(false);
    m_accept = buttons->addButton(tr("&Add"), QDialogButtonBox::AcceptRole);
    m_accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (QLineEdit *const edit : {m_url, m_token, m_caFile, m_fingerprint}) {
        connect(edit, &QLineEdit::returnPressed, m_accept,
                &QPushButton::click); // whoever is the default button just then
        connect(edit, &QLineEdit::textChanged, this, [this, edit] { check(edit == m_token); });
    }
    m_pause.setSingleShot(true);
    m_pause.setInterval(300);
    connect(&m_pause, &QTimer::timeout, this, &AddServiceDialog::askWho);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 2));
    layout->addWidget(label);
    layout->addWidget(m_url);
    layout->addWidget(tokenLabel);
    layout->addWidget(m_token);
    layout->addWidget(m_trust);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    check(false);
}

void AddServiceDialog::setNote(const std::function<QString(const FleetEntry &)> &note)
{
    m_note = note;
    check(false);
}

/// Of m_entry.
void AddServiceDialog::say(const QString &text)
{
    const QString note = m_note ? m_note(m_entry) : QString();
    m_problem->setText(note.isEmpty() ? text : visibleText(note, 400) + u'\n' + text);
}

void AddServiceDialog::offerToSave()
{
    auto *const note =
        new QLabel(tr("This window shows what it was started with. Started in the same way again, it does "
                      "not watch what is added here; started alone, it does."));
    note->setTextFormat(Qt::PlainText);
    note->setWordWrap(true);
    m_save = new QCheckBox(tr("&Save it in a fleet file, too"));
    auto *const column = static_cast<QVBoxLayout *>(layout());
    const int before = column->indexOf(m_problem);
    column->insertWidget(before, note);
    column->insertWidget(before + 1, m_save);
}

bool AddServiceDialog::isToBeSaved() const { return m_save && m_save->isChecked(); }

/// Whose certificates are taken, where the system's authorities do not know them.
QWidget *AddServiceDialog::makeTrust()
{
    auto *const area = new QWidget;
    auto *const layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing(fontMetrics(), 2));
    m_caFile = new QLineEdit;
    m_fingerprint = new QLineEdit;
    const auto add = [&](QLineEdit *edit, const QString &text, const QString &hint) {
        auto *const label = new QLabel(text);
        label->setBuddy(edit);
        edit->setMaxLength(4096);
        edit->setPlaceholderText(hint);
        layout->addWidget(label);
        layout->addWidget(edit);
    };
    add(m_caFile, tr("Trusted &certificates, a file in PEM:"), tr("those of this system"));
    QAction *const browse = m_caFile->addAction(Icons::action(u"open-file"_s), QLineEdit::TrailingPosition);
    browse->setText(tr("Choose a file"));
    connect(browse, &QAction::triggered, this, [this] {
        auto *const dialog = new QFileDialog(this, tr("Trusted certificates"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, m_caFile, &QLineEdit::setText);
        dialog->open();
    });
    add(m_fingerprint, tr("Only the certificate with this SHA-256 &fingerprint:"), tr("any that is trusted"));
    return area;
}

Result<FleetEntry> AddServiceDialog::typed() const
{
    Result<FleetEntry> entry = entryForUrl(urlOfTyped(m_url->text()));
    if (!entry || !entry->url.startsWith("https:"_L1))
        return entry;
    if (const QString file = m_caFile->text().trimmed(); !file.isEmpty()) {
        if (const Result<QByteArray> authorities = readAuthorities(file); !authorities)
            return authorities.problem();
        entry->caFile = QFileInfo(file).absoluteFilePath();
    }
    if (!m_fingerprint->text().trimmed().isEmpty()) {
        const Result<QByteArray> fingerprint = parseFingerprint(m_fingerprint->text());
        if (!fingerprint)
            return fingerprint.problem();
        entry->fingerprint = *fingerprint;
    }
    return entry;
}

void AddServiceDialog::check(bool withToken)
{
    m_withToken = withToken;
    const Result<FleetEntry> entry = typed();
    const QString why = entry ? m_whyNot(*entry) : QString();
    m_accept->setEnabled(entry && why.isEmpty());
    m_trust->setVisible(urlOfTyped(m_url->text()).startsWith("https:"_L1));
    m_client.reset();
    m_pause.stop();
    if (m_url->text().trimmed().isEmpty()) // nothing is wrong yet
        return m_problem->setText(m_url->toolTip());
    if (!entry)
        return m_problem->setText(entry.problem().what);
    if (!why.isEmpty())
        return m_problem->setText(visibleText(why, 400));
    m_entry = *entry;
    m_entry.token = m_token->text().trimmed();
    say(tr("Asking %1…").arg(visibleText(placeOf(*entry), 100)));
    m_pause.start();
}

void AddServiceDialog::askWho()
{
    FleetEntry asked = m_entry;
    asked.token = m_withToken ? m_entry.token : QString();
    const Result<ServiceTarget> target = targetOf(asked);
    if (!target)
        return m_problem->setText(target.problem().text());
    m_client = std::make_unique<DialectClient>(*target);
    m_client->askStatus([this](const Answer<HealthReport> &answer) {
        if (answer.value)
            return say(introduce(m_client->dialect(), *answer.value));
        const bool held = answer.reply.error == ClientError::Unauthorized && !m_withToken && !m_entry.token.isEmpty();
        say(held ? tr("It needs a token. Yours is sent when you add the service, not while you edit its address.")
                 : excuse(answer.reply));
    });
}

} // namespace Hephaestus
