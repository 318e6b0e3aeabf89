namespace Headgate.Storage.Sdk;

/// <summary>
/// For a driver or life cycle that implements more facets than this very pool has (they depend on settings, or it wraps
/// another one): says which of them count. One that always has all the facets it implements need not bother.
/// </summary>
public interface IFacetSelection
{
    /// <summary>True when the facet interface <paramref name="facet"/> may be called on this instance.</summary>
    bool Offers(Type facet);
}

/// <summary>How the host finds a facet.</summary>
public static class FacetLookup
{
    /// <summary>The facet <typeparamref name="T"/> of <paramref name="driver"/>, or null when it has none.</summary>
    public static T? Facet<T>(this IPrimaryDataStoreDriver driver)
        where T : class => Of<T>(driver);

    /// <summary>The facet <typeparamref name="T"/> of <paramref name="lifeCycle"/>, or null when it has none.</summary>
    public static T? Facet<T>(this IPrimaryDataStoreLifeCycle lifeCycle)
        where T : class => Of<T>(lifeCycle);

    private static T? Of<T>(object face)
        where T : class =>
        face is T facet && (face is not IFacetSelection selection || selection.Offers(typeof(T))) ? facet : null;
}
