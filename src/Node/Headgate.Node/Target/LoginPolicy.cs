using Headgate.Iscsi.Chap;
using Headgate.Iscsi.Login;

namespace Headgate.Node.Target;

/// <summary>Login's questions, answered by the catalog; remembers the volume that was granted.</summary>
internal sealed class LoginPolicy(TargetContext context, Connection connection) : ILoginPolicy
{
    /// <summary>The volume of a successful <see cref="Authorize"/>.</summary>
    public VolumeRuntime? Volume { get; private set; }

    public bool RequiresChap(string initiatorName, string? targetName) =>
        context.Directory.RuleFor(initiatorName, targetName) == AuthenticationRule.ChapRequired;

    public ChapAccount? FindChapAccount(string username, string initiatorName) =>
        context.Directory.FindChap(username, initiatorName) is { } found
            ? new ChapAccount(found.Username, found.InitiatorSecret, found.TargetSecret)
            : null;

    public LoginStatus Authorize(string initiatorName, string? chapUser, string targetName)
    {
        var grant = context.Directory.Authorize(initiatorName, chapUser, targetName);
        Volume = grant.Volume;
        if (grant.Volume is not null) return LoginStatus.Success;
        return grant.Refusal switch
        {
            TargetRefusal.NotFound => LoginStatus.NotFound,
            TargetRefusal.NotAuthorized => LoginStatus.AuthorizationFailure,
            _ => LoginStatus.ServiceUnavailable,
        };
    }

    public ExistingSession? FindSession(string initiatorName, ulong isid, ushort tsih) =>
        context.Sessions.Find(initiatorName, isid, tsih) is { } session
            ? new ExistingSession(session.ConnectionId, session.Volume.TargetName, session.Parameters)
            : null;

    public Redirection? FindRedirection(string targetName, bool isAuthorized)
    {
        // The portal's is no secret; where a volume has gone is for those to know who may use it.
        if (!isAuthorized) return context.Portals.RedirectAt(connection.Local) is { } portal ? new(portal.Address, portal.IsPermanent) : null;
        return context.Directory.FindRedirect(targetName) is { } moved ? new(moved.Address, moved.IsPermanent) : null;
    }
}
