using Headgate.Node.Target;

namespace Headgate.Node.Catalog;

/// <summary>Ends sessions whose login would be refused now.</summary>
internal sealed class AccessGuard(SessionRegistry sessions, ITargetDirectory directory)
{
    /// <summary>
    /// Asks the directory about every session again, as if it logged in now, and cuts those that it refuses: one rule for
    /// groups, accounts, locks and deletions alike. Returns without waiting for I/O under way.
    /// </summary>
    public void CutWhatIsNoLongerAllowed(CutReason reason) => sessions.Cut(IsRefused, reason);

    /// <summary>As above; when it returns, none of the sessions that were cut can touch its volume.</summary>
    public Task CutAndWaitAsync(CutReason reason) => sessions.CutAsync(IsRefused, reason);

    private bool IsRefused(SessionView session) =>
        directory.Authorize(session.InitiatorName, session.ChapUser, session.TargetName).Volume is null;
}
