using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Volume = Headgate.Domain.Volume;

namespace Headgate.Operations.Volumes;

/// <summary>One copy of a volume's data on a pool, and the server's own way to it.</summary>
internal sealed record CopyOfVolume(ReachedPool Pool, ObjectKey Key, string? HandleText)
{
    public VolumeHandle Handle => new(HandleText ?? throw new InvalidOperationException($"The copy {Key} has no handle."));

    public string Mover => MoverName.Of(Pool.Pool.Id);

    public async Task<Outcome<Connection>> GrantAsync(CancellationToken stop) => await Pool.Driver.GrantAccessAsync(
        Key, Handle, new AccessRequest(Mover, Pool.Pool.RequireChap) { IsServer = true }, stop).ConfigureAwait(false);

    /// <summary>Done as well when the copy itself is gone, or was never made.</summary>
    public async Task<Outcome<Nothing>> RevokeAsync(CancellationToken stop)
    {
        if (HandleText is null) return default(Nothing);
        var revoked = await Pool.Driver.RevokeAccessAsync(Key, Handle, Mover, stop).ConfigureAwait(false);
        return revoked is Outcome<Nothing>.Refused { Fault.Code: FaultCodes.VolumeNotFound } ? default(Nothing) : revoked;
    }
}

/// <summary>A volume under way, before it is switched: the copy that counts and the one that is being made.</summary>
internal sealed record ReachedMove(Volume Volume, VolumeMove Move, MoveInput Input, CopyOfVolume Source, CopyOfVolume Target)
{
    public static async Task<Outcome<ReachedMove>> ReachAsync(ArrayDirectory arrays, StepContext context, CancellationToken stop)
    {
        var input = context.Input<MoveInput>();
        var volume = await arrays.VolumeRowAsync(context.SubjectId, stop).ConfigureAwait(false);
        var move = await arrays.MoveAsync(input.MoveId, stop).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"Move {input.MoveId} of volume {volume.Id} is not recorded.");
        var from = await arrays.PoolAsync(volume.PoolId, stop).ConfigureAwait(false);
        if (from is not Outcome<ReachedPool>.Done { Value: var source }) return from.Problem!;
        var to = await arrays.PoolAsync(input.TargetPoolId, stop).ConfigureAwait(false);
        return to.Map(target => new ReachedMove(
            volume, move, input, new CopyOfVolume(source, new(volume.Key), volume.Handle), new CopyOfVolume(target, new(move.StorageKey), move.Handle)));
    }
}
