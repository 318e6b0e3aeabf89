namespace Headgate.Blocks;

/// <summary>The store could not do what it was asked; nothing has changed.</summary>
public sealed class VolumeStoreException : Exception
{
    /// <summary>A refusal with its stable code and a sentence for people.</summary>
    public VolumeStoreException(string code, string message, Exception? inner = null) : base(message, inner) => Code = code;

    /// <summary>Stable and kebab-case, for example <c>volume-not-found</c>.</summary>
    public string Code { get; }
}
