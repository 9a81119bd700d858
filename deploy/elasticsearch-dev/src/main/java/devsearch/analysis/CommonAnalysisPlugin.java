package devsearch.analysis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.threadpool.ThreadPool;

/**
 * Registers, under Elasticsearch's own names and parameters, those components of its module analysis-common
 * that the project uses: Elastic publishes the server to Maven Central, but not that module. The tokenizers and
 * filters are Lucene's own.
 */
public final class CommonAnalysisPlugin extends Plugin implements AnalysisPlugin, ActionPlugin {
    private static final Pattern PUNCTUATION = Pattern.compile("\\p{P}");
    private static final Pattern SYMBOL = Pattern.compile("\\p{S}");
    private ClusterService cluster;
    private ThreadPool threads;

    @Override
    public Collection<?> createComponents(PluginServices services) {
        cluster = services.clusterService();
        threads = services.threadPool();
        return List.of();
    }

    @Override
    public Collection<RestHandler> getRestHandlers(Settings settings, NamedWriteableRegistry named, RestController controller,
            ClusterSettings clusterSettings, IndexScopedSettings indexSettings, SettingsFilter filter, IndexNameExpressionResolver resolver,
            Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
        return List.of(new RestExtras.Root(cluster), new RestExtras.DeleteByQuery(threads.generic()));
    }

    interface FilterMaker { Function<TokenStream, TokenStream> make(Settings s, IndexSettings index); }

    /** A filter that maps a token to a token, so that a normalizer of a keyword field may use it too. */
    private static AnalysisProvider<TokenFilterFactory> mapping(FilterMaker maker) {
        return (index, env, name, s) -> {
            Function<TokenStream, TokenStream> f = maker.make(s, index);
            return new NormalizingTokenFilterFactory() {
                @Override public String name() { return name; }
                @Override public TokenStream create(TokenStream in) { return f.apply(in); }
            };
        };
    }

    /** A filter that puts several tokens on a position: synonym rules must not pass through it. */
    private static AnalysisProvider<TokenFilterFactory> grams(FilterMaker maker) {
        return (index, env, name, s) -> {
            Function<TokenStream, TokenStream> f = maker.make(s, index);
            return new TokenFilterFactory() {
                @Override public String name() { return name; }
                @Override public TokenStream create(TokenStream in) { return f.apply(in); }
                @Override public boolean breaksFastVectorHighlighter() { return true; }
                @Override public TokenFilterFactory getSynonymFilter() {
                    throw new IllegalArgumentException("Token filter [" + name + "] cannot be used to parse synonyms");
                }
            };
        };
    }

    private static void checkNgramDifference(IndexSettings index, int min, int max) {
        int allowed = index == null ? 1 : index.getMaxNgramDiff();
        if (max - min > allowed) {
            throw new IllegalArgumentException("The difference between max_gram and min_gram must be less than or equal to: ["
                + allowed + "] but was [" + (max - min) + "]. This limit can be set by changing the [index.max_ngram_diff] index level setting.");
        }
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        Map<String, AnalysisProvider<TokenFilterFactory>> m = new TreeMap<>();
        m.put("lowercase", mapping((s, i) -> LowerCaseFilter::new));
        m.put("cjk_width", mapping((s, i) -> CJKWidthFilter::new));
        m.put("asciifolding", mapping((s, i) -> in -> new ASCIIFoldingFilter(in, s.getAsBoolean("preserve_original", false))));
        m.put("ngram", grams((s, i) -> {
            int min = s.getAsInt("min_gram", 1), max = s.getAsInt("max_gram", 2);
            checkNgramDifference(i, min, max);
            return in -> new NGramTokenFilter(in, min, max, s.getAsBoolean("preserve_original", false));
        }));
        m.put("edge_ngram", grams((s, i) -> {
            int min = s.getAsInt("min_gram", 1), max = s.getAsInt("max_gram", 2);
            return in -> new EdgeNGramTokenFilter(in, min, max, s.getAsBoolean("preserve_original", false));
        }));
        return m;
    }

    interface TokenizerMaker { Supplier<Tokenizer> make(Settings s, IndexSettings index); }

    private static AnalysisProvider<TokenizerFactory> tokenizer(TokenizerMaker maker) {
        return (index, env, name, s) -> TokenizerFactory.newFactory(name, maker.make(s, index));
    }

    private static IntPredicate tokenCharacters(Settings s) {
        List<String> classes = s.getAsList("token_chars");
        if (classes.isEmpty()) return c -> true;
        IntPredicate p = c -> false;
        for (String k : classes) {
            p = p.or(switch (k) {
                case "letter" -> Character::isLetter;
                case "digit" -> Character::isDigit;
                case "whitespace" -> Character::isWhitespace;
                case "punctuation" -> c -> PUNCTUATION.matcher(Character.toString(c)).matches();
                case "symbol" -> c -> SYMBOL.matcher(Character.toString(c)).matches();
                default -> throw new IllegalArgumentException("Unknown token type: '" + k + "'");
            });
        }
        return p;
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        Map<String, AnalysisProvider<TokenizerFactory>> m = new TreeMap<>();
        m.put("keyword", tokenizer((s, i) -> KeywordTokenizer::new));
        m.put("whitespace", tokenizer((s, i) -> WhitespaceTokenizer::new));
        m.put("pattern", tokenizer((s, i) -> {
            Pattern p = Pattern.compile(s.get("pattern", "\\W+"));
            int group = s.getAsInt("group", -1);
            return () -> new PatternTokenizer(p, group);
        }));
        m.put("ngram", tokenizer((s, i) -> {
            int min = s.getAsInt("min_gram", 1), max = s.getAsInt("max_gram", 2);
            checkNgramDifference(i, min, max);
            IntPredicate chars = tokenCharacters(s);
            return () -> new NGramTokenizer(min, max) { @Override protected boolean isTokenChar(int c) { return chars.test(c); } };
        }));
        m.put("edge_ngram", tokenizer((s, i) -> {
            int min = s.getAsInt("min_gram", 1), max = s.getAsInt("max_gram", 2);
            IntPredicate chars = tokenCharacters(s);
            return () -> new EdgeNGramTokenizer(min, max) { @Override protected boolean isTokenChar(int c) { return chars.test(c); } };
        }));
        return m;
    }

    @Override
    public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() {
        List<PreConfiguredTokenizer> l = new ArrayList<>();
        l.add(PreConfiguredTokenizer.singleton("keyword", KeywordTokenizer::new));
        l.add(PreConfiguredTokenizer.singleton("whitespace", WhitespaceTokenizer::new));
        l.add(PreConfiguredTokenizer.singleton("ngram", NGramTokenizer::new));
        l.add(PreConfiguredTokenizer.singleton("edge_ngram", () -> new EdgeNGramTokenizer(1, 2)));
        return l;
    }

    @Override
    public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
        List<PreConfiguredTokenFilter> l = new ArrayList<>();
        l.add(PreConfiguredTokenFilter.singleton("cjk_width", true, CJKWidthFilter::new));
        l.add(PreConfiguredTokenFilter.singleton("asciifolding", true, ASCIIFoldingFilter::new));
        l.add(PreConfiguredTokenFilter.singleton("ngram", false, false, in -> new NGramTokenFilter(in, 1, 2, false)));
        l.add(PreConfiguredTokenFilter.singleton("edge_ngram", false, false, in -> new EdgeNGramTokenFilter(in, 1, 1, false)));
        return l;
    }
}
