using Headgate.Iscsi.Pdu;

namespace Headgate.Node.Target;

/// <summary>
/// What a connection does with its PDUs in one phase: login, a discovery session, a normal session. All calls come from
/// the connection's thread, <see cref="Place"/> and <see cref="Handle"/> in turns.
/// </summary>
internal interface IPduHandler
{
    /// <summary>Longest data segment that it takes; more ends the connection.</summary>
    int MaxDataBytes { get; }

    /// <summary>
    /// Sees a header before its data is read, and says where the data shall go: exactly its length, or empty for a
    /// buffer of the connection's.
    /// </summary>
    Memory<byte> Place(BasicHeader header, ReadOnlySpan<byte> additionalHeaders);

    /// <summary>Takes the PDU, whole. False ends the connection, after what is staged has been sent.</summary>
    bool Handle(BasicHeader header, ReadOnlySpan<byte> data, bool isDataIntact);

    /// <summary>The connection is over.</summary>
    void OnClosed();
}
