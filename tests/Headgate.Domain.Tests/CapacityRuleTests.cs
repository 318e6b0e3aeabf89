using CsCheck;
using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Domain.Tests;

/// <summary>How far a pool may be bound under what it has promised.</summary>
public sealed class CapacityRuleTests
{
    private static readonly Gen<long?> Bound = Gen.OneOf(Gen.Const((long?)null), Gen.Long[0, 200].Select(n => (long?)n));

    [Fact]
    public void A_bound_below_what_is_promised_is_refused_unless_it_is_more_than_there_was() =>
        Gen.Select(Gen.Long[0, 200], Bound, Gen.Long[0, 100], Gen.Long[0, 50], Bound).Sample((found, allowed, reserved, foreign, asked) =>
        {
            var pool = Pools.Pool("p", found, found) with
            {
                AllowedBytes = Gib(allowed), AllowedIops = allowed, ReservedBytes = ByteSize.GiB(reserved), ReservedIops = reserved,
                ForeignBytes = ByteSize.GiB(foreign), ForeignIops = foreign,
            };
            // Of bytes a bound holds only below what is there; of IOPS it stands in place of what the storage says.
            var (before, after) = (Math.Min(allowed ?? found, found), Math.Min(asked ?? found, found));
            var bytesFit = after >= reserved + foreign || after >= before;
            var iopsFit = (asked ?? found) >= reserved + foreign || (asked ?? found) >= (allowed ?? found);
            var problem = PoolCapacityRules.Problem(pool, new PoolCommand.Bound(Gib(asked), asked));
            Assert.Equal(bytesFit && iopsFit, problem is null);
            Assert.Equal(problem is null ? null : "capacity-in-use", problem?.Code);
        });

    [Fact]
    public void Under_the_tighter_of_two_bounds_a_pool_has_what_it_has_less_of_under_either() =>
        Gen.Select(Gen.Long[0, 200], Bound, Bound, Bound, Bound).Sample((found, oneBytes, oneIops, otherBytes, otherIops) =>
        {
            var pool = Pools.Pool("p", found, found);
            var (one, other) = (new PoolCommand.Bound(Gib(oneBytes), oneIops), new PoolCommand.Bound(Gib(otherBytes), otherIops));
            var (a, b, both) = (With(pool, one), With(pool, other), With(pool, PoolCapacityRules.Tighter(pool, one, other)));
            Assert.Equal(Math.Min(a.CapacityBytes!.Value.Bytes, b.CapacityBytes!.Value.Bytes), both.CapacityBytes!.Value.Bytes);
            Assert.Equal(Math.Min(a.CapacityIops!.Value, b.CapacityIops!.Value), both.CapacityIops!.Value);
        });

    private static StoragePool With(StoragePool pool, PoolCommand.Bound bound) => pool with { AllowedBytes = bound.Bytes, AllowedIops = bound.Iops };

    private static ByteSize? Gib(long? count) => count is { } given ? ByteSize.GiB(given) : null;
}
