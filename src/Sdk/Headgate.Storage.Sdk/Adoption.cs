using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>As what a volume is taken over that is on the storage already.</summary>
/// <param name="Name">The tenant's name for it, for people to recognise.</param>
public sealed record AdoptionSpec(string Name)
{
    /// <summary>The account in the control plane that it belongs to from then on.</summary>
    public required Guid AccountId { get; init; }
}

/// <summary>Taking over volumes that somebody else made, and giving volumes up without ending them. Neither touches a byte of data.</summary>
public interface IAdoption
{
    /// <summary>
    /// Marks the volume <paramref name="handle"/>, which nobody has marked, as the control plane's own under <paramref name="key"/>. Its
    /// size, its limits and who may see it stay as they are. One that carries another key, or was made by another pool, is refused with
    /// <see cref="FaultCodes.WrongVolume"/>; one that is gone with <see cref="FaultCodes.VolumeNotFound"/>. A repeat is Done.
    /// A key that names another volume already is refused with <see cref="FaultCodes.KeyReused"/>.
    /// </summary>
    /// <remarks>The handle may be another afterwards, where it says whose a volume is: what counts is the one returned.</remarks>
    ValueTask<Outcome<VolumeView>> AdoptAsync(ObjectKey key, VolumeHandle handle, AdoptionSpec spec, CancellationToken stop);

    /// <summary>
    /// Takes the mark off again: from then on it is somebody else's, listed without a key, with its data, size and limits. Access that was
    /// granted is revoked by the caller before. One that is absent or carries no mark is Done; another's is refused with
    /// <see cref="FaultCodes.WrongVolume"/>. One with snapshots that carry marks is refused with <see cref="FaultCodes.InUse"/>.
    /// </summary>
    ValueTask<Outcome<Nothing>> ReleaseAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop);
}
