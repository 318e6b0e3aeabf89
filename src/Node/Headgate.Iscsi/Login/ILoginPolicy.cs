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

    /// <summary>Whether there is such a session, for logins that want to add a connection to it.</summary>
    bool SessionExists(string initiatorName, ulong isid, ushort tsih);
}
