namespace Headgate.Iscsi.Chap;

/// <summary>What the target knows of a CHAP user; <paramref name="TargetSecret"/> is null when it cannot prove itself.</summary>
public sealed record ChapAccount(string Username, string InitiatorSecret, string? TargetSecret)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"CHAP user {Username}";
}
