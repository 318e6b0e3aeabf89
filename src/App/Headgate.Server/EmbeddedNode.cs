using Headgate.Node;

namespace Headgate.Server;

/// <summary>A node in this process, and what happens on it.</summary>
internal sealed record EmbeddedNode(StorageNode Node, NodeEventBridge Events);
