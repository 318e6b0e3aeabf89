using Headgate.Node.Target;

namespace Headgate.Node.Catalog;

/// <summary>Ends sessions whose login would be refused now, and writes that would be.</summary>
internal sealed class AccessGuard(SessionRegistry sessions, ITargetDirectory directory)
{
    /// <summary>
    /// How long a change waits for commands that the medium works on. One that has not ended by then hangs in the kernel, and
    /// waiting on would only cost the caller his answer.
    /// </summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Asks the directory about every session again, as if it logged in now, and cuts those that it refuses: one rule for
    /// groups, accounts, locks and deletions alike. When it returns, no command that is no longer allowed can reach a volume:
    /// neither of a session that was cut, nor a write that waited for its turn while its volume became read-only.
    /// </summary>
    public void CutWhatIsNoLongerAllowed(CutReason reason) => sessions.FenceAsync(IsRefused, reason).Wait(DrainTime);

    /// <summary>As above; when it returns, the sessions that were cut are over, too.</summary>
    public Task CutAndWaitAsync(CutReason reason) => sessions.CutAsync(IsRefused, reason);

    private bool IsRefused(SessionView session) =>
        directory.Authorize(session.InitiatorName, session.ChapUser, session.TargetName).Volume is null;
}
