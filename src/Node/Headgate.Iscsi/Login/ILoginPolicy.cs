using Headgate.Iscsi.Chap;

namespace Headgate.Iscsi.Login;

/// <summary>What login asks of the world around it. Names are in lower case.</summary>
public interface ILoginPolicy
{
    /// <summary>Whether the initiator must prove itself; <paramref name="targetName"/> is null for discovery.</summary>
    bool RequiresChap(string initiatorName, string? targetName);

    /// <summary>A CHAP user as this initiator may use it, or null.</summary>
    ChapAccount? FindChapAccount(string username, string initiatorName);

    /// <summary><see cref="LoginStatus.Success"/>, or why not. Called once, after authentication, for normal sessions.</summary>
    LoginStatus Authorize(string initiatorName, string? chapUser, string targetName);

    /// <summary>The session with this handle, for logins that want to go on with it; null when there is none.</summary>
    ExistingSession? FindSession(string initiatorName, ulong isid, ushort tsih);

    /// <summary>
    /// Where a normal session shall go instead; null: here. Asked twice: when names are known, with
    /// <paramref name="isAuthorized"/> false, and again once the initiator may know about the target.
    /// </summary>
    Redirection? FindRedirection(string targetName, bool isAuthorized);
}
