//! Which modules of the crate each of its files names, read as Rust and not as text: nested `use` trees, inline paths,
//! `super::super::`, and the tokens of macros. What is compiled for tests alone does not count.

use std::collections::BTreeMap;

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};
use syn::{Attribute, File, ImplItemFn, Item, ItemMacro, ItemMod, ItemUse, Macro, Meta, Path, UseTree, VisRestricted};

/// A module by its path from the root of the crate.
pub(super) type Module = Vec<String>;

/// A file, and every path of the crate that it names.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name below src/.
    pub(super) file: String,
    pub(super) module: Module,
    pub(super) names: Vec<Module>,
}

/// All files that the program is made of.
#[derive(Debug, Default)]
pub(super) struct Crate {
    pub(super) sources: Vec<Source>,
    /// The exported macros, which have their place at the root, and where each is written.
    pub(super) macros: BTreeMap<String, Module>,
}

impl Crate {
    /// The crate whose files `read` gives, by their names below src/; none where there is no such file.
    pub(super) fn read(read: impl Fn(&str) -> Option<String>) -> Self {
        let mut found = Self::default();
        let mut pending = vec![Module::new()];
        while let Some(module) = pending.pop() {
            let names = match module.join("/") {
                root if root.is_empty() => vec!["lib.rs".to_owned()],
                path => vec![format!("{path}.rs"), format!("{path}/mod.rs")],
            };
            let found_file = names.into_iter().find_map(|name| Some((read(&name)?, name)));
            let (text, file) = found_file.unwrap_or_else(|| panic!("there is no file of {}", module.join("::")));
            let parsed: File = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
            let mut reader = Reader { module: module.clone(), ..Reader::default() };
            reader.visit_file(&parsed);
            pending.append(&mut reader.files);
            found.macros.extend(reader.macros.into_iter().map(|name| (name, module.clone())));
            found.sources.push(Source { file, module, names: reader.names });
        }
        found
    }
}

#[derive(Default)]
struct Reader {
    /// The module around what is read.
    module: Module,
    names: Vec<Module>,
    /// Modules in files of their own.
    files: Vec<Module>,
    macros: Vec<String>,
}

impl Reader {
    /// Notes a path that is written here. One that begins with a plain name leads to a module below this one, to what a
    /// `use` brought, which was noted there, or out of the crate.
    fn name(&mut self, path: &[String]) {
        let (first, rest) = match path {
            [first, rest @ ..] => (first.as_str(), rest),
            [] => return,
        };
        let mut module = self.module.clone();
        match first {
            "crate" => module.clear(),
            "super" => {
                module.pop();
                let further = rest.iter().take_while(|name| *name == "super").count();
                module.truncate(module.len().saturating_sub(further));
                module.extend_from_slice(&rest[further..]);
                return self.names.push(module);
            }
            "self" => {}
            _ => module.push(first.to_owned()),
        }
        module.extend_from_slice(rest);
        self.names.push(module);
    }

    fn tree(&mut self, tree: &UseTree, mut path: Module) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.tree(&part.tree, path);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, path.clone())),
            UseTree::Name(part) if part.ident == "self" && !path.is_empty() => self.name(&path),
            UseTree::Name(part) => {
                path.push(part.ident.to_string());
                self.name(&path);
            }
            UseTree::Rename(part) => {
                path.push(part.ident.to_string());
                self.name(&path);
            }
            UseTree::Glob(_) => self.name(&path),
        }
    }

    /// Paths among the tokens of a macro.
    fn tokens(&mut self, mut cursor: Cursor<'_>) {
        while !cursor.eof() {
            if let Some((inner, _, _, rest)) = cursor.any_group() {
                self.tokens(inner);
                cursor = rest;
            } else if let Some((first, mut rest)) = cursor.ident() {
                let mut path = vec![first.to_string()];
                while let Some((name, after)) = separator(rest).and_then(Cursor::ident) {
                    path.push(name.to_string());
                    rest = after;
                }
                if ["crate", "self", "super"].contains(&path[0].as_str()) && path.len() > 1 {
                    self.name(&path);
                }
                cursor = rest;
            } else {
                cursor = cursor.token_tree().map_or_else(Cursor::empty, |(_, rest)| rest);
            }
        }
    }
}

/// What stands behind `::`.
fn separator(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    let (first, rest) = cursor.punct()?;
    let (second, rest) = rest.punct()?;
    (first.as_char() == ':' && second.as_char() == ':').then_some(rest)
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let says_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<Path>().is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(says_test)
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_item(&mut self, item: &'a Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.module.push(item.ident.to_string());
        if item.content.is_none() {
            self.files.push(self.module.clone());
        }
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        if item.leading_colon.is_none() {
            self.tree(&item.tree, Module::new());
        }
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        if has(&item.attrs, "macro_export") {
            self.macros.extend(item.ident.as_ref().map(ToString::to_string));
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_macro(&mut self, item: &'a Macro) {
        self.visit_path(&item.path);
        self.tokens(TokenBuffer::new2(item.tokens.clone()).begin());
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(TokenBuffer::new2(list.tokens.clone()).begin());
        }
    }

    fn visit_path(&mut self, path: &'a Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            let names: Module = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.name(&names);
        }
        visit::visit_path(self, path);
    }

    /// Who may see an item is no import.
    fn visit_vis_restricted(&mut self, _: &'a VisRestricted) {}
}
