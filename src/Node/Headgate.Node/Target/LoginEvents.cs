using System.Net;
using Headgate.Iscsi.Login;

namespace Headgate.Node.Target;

/// <summary>
/// Node events about refused logins, at most <see cref="MaxPerPeriod"/> of a kind in <see cref="Period"/>: somebody who
/// tries secrets all day must not push everything else out of the event log. What was left out is counted in the next.
/// </summary>
internal sealed class LoginEvents(INodeEvents events, TimeProvider clock)
{
    public const int MaxPerPeriod = 10;
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Since, int Count)> _recent = [];

    /// <summary>Raises the event for a status that has one.</summary>
    public void Refused(LoginStatus status, string? initiator, string? target, IPEndPoint remote, string? user, string problem)
    {
        var code = status switch
        {
            LoginStatus.AuthenticationFailure => "login-authentication-failed",
            LoginStatus.AuthorizationFailure => "login-not-authorized",
            LoginStatus.NotFound => "login-target-not-found",
            _ => null,
        };
        if (code is null || !MayRaise(code, out var leftOut)) return;
        var who = $"Initiator {initiator ?? "(unnamed)"} at {remote}" + (user is null ? "" : $" as CHAP user '{Printable(user)}'");
        var where = target is null ? "discovery" : $"target {target}";
        var more = leftOut == 0 ? "" : $" ({leftOut} more like it were not shown.)";
        events.Raise(new NodeEvent(code, NodeEventSeverity.Warning, $"{who} was refused login to {where}: {problem}{more}"));
    }

    private bool MayRaise(string code, out int leftOut)
    {
        leftOut = 0;
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (!_recent.TryGetValue(code, out var recent) || clock.GetElapsedTime(recent.Since, now) >= Period)
            {
                leftOut = Math.Max(0, recent.Count - MaxPerPeriod);
                recent = (now, 0);
            }
            recent.Count++;
            _recent[code] = recent;
            return recent.Count <= MaxPerPeriod;
        }
    }

    // The name comes from a stranger.
    private static string Printable(string user)
    {
        var text = string.Concat(user.Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= 64 ? text : text[..64] + "…";
    }
}
