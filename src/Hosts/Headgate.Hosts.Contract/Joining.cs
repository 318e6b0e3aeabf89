using System.Text;

namespace Headgate.Hosts;

/// <summary>What an agent sends to join: <c>POST /agents/v1/join</c> at the servers' listener for agents.</summary>
public sealed record JoinRequest
{
    /// <summary>The join token's secret.</summary>
    public required string Secret { get; init; }

    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where the servers reach the agent: <c>https://ADDRESS:PORT</c>.</summary>
    public required string Address { get; init; }

    /// <summary>PKCS #10 in PEM, made with a key that stays on the host.</summary>
    public required string RequestPem { get; init; }

    /// <summary>What the host is.</summary>
    public required HostFacts Facts { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append("Name = ").Append(Name).Append(", Address = ").Append(Address).Append(", Secret = ***");
        return true;
    }
}

/// <summary>What it gets.</summary>
public sealed record JoinAnswer
{
    /// <summary>The host's id, which is the common name of its certificate.</summary>
    public required Guid HostId { get; init; }

    /// <summary>The host's certificate, PEM.</summary>
    public required string CertificatePem { get; init; }

    /// <summary>The authority's certificate, PEM: its SHA-256 is in the token.</summary>
    public required string AuthorityPem { get; init; }
}
