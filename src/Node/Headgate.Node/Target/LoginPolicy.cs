using Headgate.Iscsi.Chap;
using Headgate.Iscsi.Login;

namespace Headgate.Node.Target;

/// <summary>Login's questions, answered by the catalog; remembers the volume that was granted.</summary>
internal sealed class LoginPolicy(TargetContext context) : ILoginPolicy
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

    public bool SessionExists(string initiatorName, ulong isid, ushort tsih) =>
        context.Sessions.Exists(initiatorName, isid, tsih);
}
